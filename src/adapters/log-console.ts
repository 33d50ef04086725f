import type { Log, LogLevel } from '../platform.ts'

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error', 'audit']

/**
 * Lines on standard error: `warn message key=value`, or JSON with `json:LEVEL`. Levels below the chosen one are not written, but for
 * what has a field `log`: the execution and access logs that a stage asks for, whose level is the stage's own setting.
 * `write` puts them elsewhere, by level. Control characters are escaped, so that no caller can forge a line.
 */
export function consoleLog(
  setting: string,
  write: (line: string, level: LogLevel) => void = (line) => console.error(line),
): Log {
  const [, json, level = 'warn'] = /^(json:?)?(.*)$/.exec(setting) ?? []
  const least = Math.min(LEVELS.indexOf('error'), Math.max(0, LEVELS.indexOf((level || 'warn') as LogLevel)))
  return (level, message, fields) => {
    if (LEVELS.indexOf(level) < least && fields?.log === undefined) return
    if (json)
      return write(JSON.stringify({ time: new Date().toISOString(), level, message, ...fields }), level)
    const pairs = Object.entries(fields ?? {}).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    write(`${level.padEnd(5)} ${JSON.stringify(message).slice(1, -1)}${pairs.join('')}`, level)
  }
}
