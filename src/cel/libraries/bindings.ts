// `cel.bind(name, init, body)`. Source of truth: cel-go's ext/bindings.go.
import { defineLibrary, type Library } from '../library.js';
import { BIND_MACRO } from '../macros.js';

export const bindingsLibrary: Library = defineLibrary({ name: 'bindings', macros: [BIND_MACRO] });
