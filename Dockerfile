# One image for every process: the command says which (`migrate`, `worker`, `api`, any other).
#   docker build -t holdfast .
FROM node:20-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOLDFAST_LOG_FORMAT=json HOLDFAST_HOME=/tmp/holdfast
WORKDIR /holdfast
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY --from=build /build/proto ./proto
USER node
# Node is the first process and hears SIGTERM itself: jobs in hand are ended before it goes.
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["worker"]
