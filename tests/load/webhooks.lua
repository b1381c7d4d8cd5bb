-- A script for wrk: posts signed webhooks, each under a delivery id of its own.
-- Environment: BODIES names a file with a line for each body, its signature before it; DELAY is a pause between two
-- requests of one connection, in milliseconds; FIRST is the number of bodies to begin behind. Prints one line of JSON at the end.

local pause = tonumber(os.getenv("DELAY") or "0")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init()
  bodies, at, statuses = {}, tonumber(os.getenv("FIRST") or "0"), {}
  for line in io.lines(os.getenv("BODIES")) do
    local signature, body = line:match("^(%S+) (.*)$")
    bodies[#bodies + 1] = { signature, body }
  end
  run = string.format("%x", os.time())
end

function request()
  at = at + 1
  local one = bodies[(at - 1) % #bodies + 1]
  return wrk.format("POST", nil, {
    ["Content-Type"] = "application/json",
    ["User-Agent"] = "GitHub-Hookshot/0000000",
    ["X-GitHub-Event"] = "pull_request",
    ["X-GitHub-Delivery"] = string.format("%s-%d-%d", run, number, at),
    ["X-Hub-Signature-256"] = "sha256=" .. one[1],
  }, one[2])
end

if pause > 0 then
  function delay()
    return pause
  end
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency)
  local counts = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("statuses")) do
      counts[status] = (counts[status] or 0) + count
    end
  end
  local parts = {}
  for status, count in pairs(counts) do
    parts[#parts + 1] = string.format('"%d": %d', status, count)
  end
  local e = summary.errors
  print(string.format('{"per_second": %.0f, "p50_ms": %.2f, "p99_ms": %.2f, "errors": %d, "statuses": {%s}}',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.timeout, table.concat(parts, ", ")))
end
