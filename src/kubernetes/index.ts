export { field, isJsonObject, type JsonObject, type JsonValue } from './json.js';
