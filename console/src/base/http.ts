// http.ts -- the one way to the server: JSON in and out, errors as problem+json, cookie and CSRF token.
import { storedLocale } from './locale'

/** RFC 9457: what the server says when it refuses. */
export interface Problem {
  type?: string
  title: string
  status: number
  detail?: string
  errors?: { pointer?: string; detail: string }[]
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title)
  }
  get status() {
    return this.problem.status
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

let csrf = ''
let onSignedOut = () => {}

/** Changing requests carry this; it comes with the session. */
export const setCsrf = (token: string) => {
  csrf = token
}
/** Called whenever the server no longer knows us. */
export const whenSignedOut = (tell: () => void) => {
  onSignedOut = tell
}

export function address(path: string, query?: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

function headers(method: Method, body: boolean): Record<string, string> {
  const all: Record<string, string> = { Accept: 'application/json', 'Accept-Language': storedLocale() }
  if (method !== 'GET' && csrf) all['X-CSRF-Token'] = csrf
  if (body) all['Content-Type'] = 'application/json'
  return all
}

function problemOf(status: number, text: string): Problem {
  try {
    const problem = JSON.parse(text) as Problem
    if (typeof problem.title === 'string') return { ...problem, status }
  } catch {
    // Not a problem+json: something between us and the server answered.
  }
  return { title: `HTTP ${status}`, status }
}

function answer<T>(status: number, text: string, path: string): T {
  if (status >= 200 && status < 300) return (text ? JSON.parse(text) : undefined) as T
  if (status === 401 && path !== '/v1/session') onSignedOut()
  throw new ApiError(problemOf(status, text))
}

interface Request {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

export async function ask<T>(method: Method, path: string, request: Request = {}): Promise<T> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body)
  const response = await fetch(address(path, request.query), {
    method,
    body,
    headers: headers(method, body !== undefined),
    signal: request.signal,
    credentials: 'same-origin',
  })
  return answer<T>(response.status, await response.text(), path)
}

/** Asks for a file by POST and hands it to the browser to keep. */
export async function download(path: string, body: unknown, name: string): Promise<void> {
  const response = await fetch(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers('POST', true), Accept: '*/*' },
    credentials: 'same-origin',
  })
  if (!response.ok) answer(response.status, await response.text(), path)
  keep(await response.blob(), name)
}

/** Hands a file to the browser to keep. */
export function keep(file: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Sends a file as the body; `progress` is told the share sent, 0..1. */
export function upload<T>(path: string, query: Query, file: File, progress: (share: number) => void) {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    for (const [name, value] of Object.entries(headers('POST', false))) request.setRequestHeader(name, value)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total)
    request.onerror = () => reject(new TypeError('network'))
    request.onload = () => {
      try {
        resolve(answer<T>(request.status, request.responseText, path))
      } catch (error) {
        reject(error as Error)
      }
    }
    request.send(file)
  })
}
