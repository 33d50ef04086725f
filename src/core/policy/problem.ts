/** A policy document that is not written in the policy language; `message` says what is wrong with it. */
export class PolicyError extends Error {}
