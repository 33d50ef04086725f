-- Arguments: method, body, and a file of host names, one a line, of which each call names one at random (or nothing).
function init(arguments)
  wrk.method = arguments[1]
  if arguments[2] ~= '' then wrk.body = arguments[2] end
  if not arguments[3] then return end
  local calls = {}
  for host in io.lines(arguments[3]) do
    wrk.headers['Host'] = host
    calls[#calls + 1] = wrk.format()
  end
  function request() return calls[math.random(#calls)] end
end
