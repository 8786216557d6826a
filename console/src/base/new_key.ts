// new_key.ts -- a key nobody used before, for what must happen once however often it is sent.
export const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
