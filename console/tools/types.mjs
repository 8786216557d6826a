// types.mjs -- writes src/schema.ts from the server's description of itself.
//   npm run types [-- URL-OR-FILE]     make it anew (default http://127.0.0.1:8080/openapi.json)
//   npm run types -- URL-OR-FILE --check    fail when it is not current
import { readFile, writeFile } from 'node:fs/promises'
import openapiTS, { astToString } from 'openapi-typescript'

const out = new URL('../src/schema.ts', import.meta.url)

/** The text of schema.ts for an OpenAPI document. */
export async function typesOf(document) {
  // Descriptions follow the reader's language and paths are typed by hand where used: forms alone are kept.
  const forms = { ...document, paths: {}, info: { title: 'Koi', version: '1' }, servers: undefined }
  const tree = await openapiTS(JSON.stringify(forms), { propertiesRequiredByDefault: true })
  return head + astToString(tree)
}

export const current = () => readFile(out, 'utf8')

async function documentAt(place) {
  if (!/^https?:/.test(place)) return JSON.parse(await readFile(place, 'utf8'))
  const response = await fetch(place, { headers: { 'Accept-Language': 'en' } })
  if (!response.ok) throw new Error(`${place}: HTTP ${response.status}`)
  return response.json()
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replace(/\\/g, '/').split('/').pop())) {
  const args = process.argv.slice(2)
  const place = args.find((arg) => !arg.startsWith('--')) ?? 'http://127.0.0.1:8080/openapi.json'
  const text = await typesOf(await documentAt(place))
  if (!args.includes('--check')) await writeFile(out, text)
  else if (text !== (await current())) {
    process.stderr.write('src/schema.ts is not current: run npm run types\n')
    process.exit(1)
  }
}
