// contract.mjs -- holds replies against /openapi.json, and counts which routes were asked.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const Ajv = require('ajv/dist/2020.js').default;
const addFormats = require('ajv-formats').default;

/** In replies nothing may appear that the schema does not name. */
function close(schema) {
  if (!schema || typeof schema !== 'object') return;
  if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  for (const value of Object.values(schema)) close(value);
}

export class Contract {
  constructor() {
    this.doc = null;
    this.routes = [];
    this.ajv = new Ajv({ strict: false, allErrors: false });
    addFormats(this.ajv);
    this.ajv.addFormat('decimal', /^-?\d+\.\d{2,4}$/);
  }

  async load(reply) {
    if (reply.status !== 200) throw new Error(`/openapi.json answered ${reply.status}`);
    this.doc = structuredClone(reply.json);
    for (const [path, item] of Object.entries(this.doc.paths)) {
      for (const method of Object.keys(item)) {
        if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) continue;
        const form = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+');
        this.routes.push({ path, method, form: new RegExp(`^${form}$`), hits: 0, operation: item[method] });
      }
    }
    close(this.doc);
    this.ajv.addSchema({ $id: 'koi', ...this.doc });
  }

  find(method, path) {
    const bare = path.split('?')[0];
    const fits = this.routes.filter((route) => route.method === method.toLowerCase() && route.form.test(bare));
    return fits.find((route) => !route.path.includes('{')) ?? fits[0];
  }

  hit(method, path) {
    const route = this.doc && this.find(method, path);
    if (route) route.hits++;
  }

  /** What is wrong with a reply by its own contract; empty: nothing. */
  check(method, reply) {
    const route = this.doc && this.find(method, reply.path);
    if (!route) return '';
    const type = (reply.headers.get('content-type') ?? '').split(';')[0];
    if (reply.status >= 400) return type === 'application/problem+json' || method === 'HEAD' ? '' : `an error of type ${type}`;
    const answer = route.operation.responses?.[String(reply.status)];
    if (!answer) return `status ${reply.status} of ${route.path} is not in /openapi.json`;
    if (reply.json === undefined || answer.content?.['*/*']) return '';
    const schema = answer.content?.['application/json']?.schema;
    if (!schema) return `JSON came, but /openapi.json knows no JSON for ${route.path}`;
    const at = `koi#/paths/${route.path.replace(/~/g, '~0').replace(/\//g, '~1').replace(/[{}]/g, encodeURIComponent)}/${route.method}` +
      `/responses/${reply.status}/content/application~1json/schema`;
    const validate = this.ajv.getSchema(at);
    if (!validate) return `no schema at ${at}`;
    if (validate(reply.json)) return '';
    const [error] = validate.errors;
    return `the reply does not fit /openapi.json at ${error.instancePath || '/'}: ${error.message} ${JSON.stringify(error.params)}`;
  }

  never() {
    return this.routes.filter((route) => !route.hits).map((route) => `${route.method.toUpperCase()} ${route.path}`);
  }
}
