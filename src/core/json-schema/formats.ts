/** The formats that are checked. Any other name is a note to the reader, as Amazon takes it. */
interface Format {
  is(text: string): boolean
  complaint(text: string): string
}

const format = (is: (text: string) => boolean, what: string): Format => ({
  is,
  complaint: (text) => `string "${text}" is not a valid ${what}`,
})

const DATE_TIMES = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/

function isDateTime(text: string): boolean {
  const [, year, month, day] = (DATE_TIME.exec(text) ?? []).map(Number)
  if (!year || !month || !day || month > 12) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const HOST_LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i
const isHostname = (text: string): boolean =>
  text.length <= 255 &&
  text
    .replace(/\.$/, '')
    .split('.')
    .every((label) => HOST_LABEL.test(label))

const isIpv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)

/** Characters of the longest address. */
const MOST_OF_IPV6 = '0000:0000:0000:0000:0000:0000:255.255.255.255'.length

function isIpv6(text: string): boolean {
  if (text.length > MOST_OF_IPV6) return false
  const dotted = /^(.*:)([\d.]+)$/.exec(text)
  if (dotted && dotted[2]!.includes('.')) {
    if (!isIpv4(dotted[2]!)) return false
    return isIpv6(`${dotted[1]}0:0`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? groups.length < 8 : groups.length === 8
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}

/** RFC 2396 in outline, relative references included. */
const isUri = (text: string): boolean =>
  /^(?:[a-z][a-z\d+.-]*:)?(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-f]{2})*$/i.test(text) &&
  text.split('#').length <= 2

export const FORMATS: Readonly<Record<string, Format>> = {
  'date-time': {
    is: isDateTime,
    complaint: (text) => `string "${text}" is invalid against requested date format(s) ${DATE_TIMES}`,
  },
  email: format(
    (text) => /^[^\s@"(),:;<>[\\\].]+(?:\.[^\s@"(),:;<>[\\\].]+)*@[^\s@"(),:;<>[\\\]]+$/.test(text),
    'email address',
  ),
  hostname: format(isHostname, 'hostname'),
  ipv4: format(isIpv4, 'IPv4 address'),
  ipv6: format(isIpv6, 'IPv6 address'),
  regex: format(isRegex, 'ECMA 262 regular expression'),
  uri: format(isUri, 'URI'),
  uuid: {
    is: (text) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text),
    complaint: (text) => `input string "${text}" is not a valid UUID`,
  },
}
