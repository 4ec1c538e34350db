#!/bin/sh
# Tells Holdfast that an order was paid, with nothing but openssl and curl.
#
#   sh examples/pay-by-webhook.sh http://127.0.0.1:3000 <payment secret> <order id> [payment id]
#
# The URL and the secret of a system on this machine are in .holdfast/run.json
# (httpUrl, paymentSecret).
set -eu

url=$1
secret=$2
order=$3
payment=${4:-pay-$order}

body="{\"orderId\":\"$order\",\"paymentId\":\"$payment\"}"
time=$(date +%s)
# The signature is over the time, a dot, and the very bytes of the body.
signature=$(printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$secret" | sed 's/^.* //')

curl --silent --show-error --fail-with-body \
  --header 'Content-Type: application/json' \
  --header "Holdfast-Signature: t=$time,v1=$signature" \
  --data-raw "$body" \
  "$url/v1/webhooks/payments"
echo
