/** What a call was refused with: `NotFoundException: Invalid …`, or the empty string if it was not. */
export async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return ''
  } catch (error) {
    const { name, message } = error as Error
    return `${name}: ${message}`
  }
}
