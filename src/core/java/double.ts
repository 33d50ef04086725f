/**
 * Double.toString and Float.toString as Java before 19 prints them. JavaScript prints the shortest digits that read
 * back; the old Java algorithm usually agrees but keeps at least one digit after the point.
 */
export function doubleToString(d: number): string {
  if (Number.isNaN(d)) return 'NaN'
  if (!Number.isFinite(d)) return d > 0 ? 'Infinity' : '-Infinity'
  if (d === 0) return Object.is(d, -0) ? '-0.0' : '0.0'
  return layout(d < 0, ...digitsOf(Math.abs(d)))
}

export function floatToString(f: number): string {
  if (!Number.isFinite(f) || f === 0) return doubleToString(f)
  const a = Math.abs(f)
  for (let p = 1; ; p++) {
    const s = a.toPrecision(p)
    if (p === 9 || Math.fround(Number(s)) === a) return layout(f < 0, ...digitsOf(Number(s)))
  }
}

/** Decimal digits without leading or trailing zeros, and the power of ten: 0.d1d2d3 times ten to the exponent. */
function digitsOf(a: number): [string, number] {
  if (a === Number.MIN_VALUE) return ['49', -323]
  const [m, e] = a.toExponential().split('e') as [string, string]
  return [m.replace('.', ''), Number(e) + 1]
}

function layout(neg: boolean, digits: string, exp: number): string {
  let s: string
  if (exp > -3 && exp < 8) {
    if (exp <= 0) s = `0.${'0'.repeat(-exp)}${digits}`
    else if (digits.length <= exp) s = `${digits}${'0'.repeat(exp - digits.length)}.0`
    else s = `${digits.slice(0, exp)}.${digits.slice(exp)}`
  } else {
    s = `${digits[0]}.${digits.slice(1) || '0'}E${exp - 1}`
  }
  return neg ? `-${s}` : s
}
