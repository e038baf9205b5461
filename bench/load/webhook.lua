-- Webhooks for wrk: every message has a new id, users come by turns. Environment: BENCH_RUN, BENCH_USERS, and
-- BENCH_SIGNED, a file of lines "body<TAB>signature" made beforehand, since there is no HMAC here.
local run = os.getenv('BENCH_RUN')
local users = tonumber(os.getenv('BENCH_USERS'))
local signed = os.getenv('BENCH_SIGNED')
local lines = signed and io.lines(signed)
local made = 0

local head = 'POST /v1/integrations/whatsapp/webhook HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n'

function request()
  made = made + 1
  local body, signature = nil, ''
  if lines then
    local line = lines()
    if line == nil then
      -- out of signed messages: wrong on purpose, so that it shows among the failed ones
      line = '{}\tnone'
      lines = function() return nil end
    end
    local tab = line:find('\t', 1, true)
    body = line:sub(1, tab - 1)
    signature = 'x-yalochat-signature: sha256=' .. line:sub(tab + 1) .. '\r\n'
  else
    body = string.format(
      '{"from":"52155%d","id":"%s-%d","text":{"body":"Hola, quiero saber de mi pedido %d"},"timestamp":"1767225600000","type":"text"}',
      10000000 + (made * 7919) % users, run, made, made)
  end
  return head .. signature .. 'Content-Length: ' .. #body .. '\r\n\r\n' .. body
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"failed":%d,"micros":%d,"p50":%d,"p99":%d}\n',
    summary.requests, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
