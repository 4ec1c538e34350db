-- Purpose: makes ids members of a filter, of the generation in use and of the one being filled.
--   A generation whose bits are gone (evicted, say) is given up: it would call its members strangers.
-- KEYS:    1 facts of the filter
--          2 bits of its generation a
--          3 bits of its generation b
-- ARGV:    1.. for each id its two hashes
-- Returns: 1
for _, role in ipairs({ 'current', 'next' }) do
  local slot = redis.call('HGET', KEYS[1], role)
  if slot then
    local key = slot == 'a' and KEYS[2] or KEYS[3]
    local size = redis.call('HMGET', KEYS[1], slot .. ':bits', slot .. ':hashes')
    local bits, hashes = tonumber(size[1]), tonumber(size[2])
    if redis.call('STRLEN', key) * 8 < bits then
      redis.call('HDEL', KEYS[1], role)
    else
      local added = 0
      for at = 1, #ARGV, 2 do
        local x, y = tonumber(ARGV[at]) % bits, tonumber(ARGV[at + 1]) % bits
        local new = 0
        for i = 1, hashes do
          if redis.call('SETBIT', key, x, 1) == 0 then new = 1 end
          x, y = (x + y) % bits, (y + i) % bits
        end
        added = added + new
      end
      if added > 0 then redis.call('HINCRBY', KEYS[1], slot .. ':added', added) end
    end
  end
end
return 1
