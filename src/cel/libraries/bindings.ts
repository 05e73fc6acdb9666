// `cel.bind(name, init, body)`. Source of truth: cel-go's ext/bindings.go.
import { defineLibrary, type Library } from '../library.js';
import { BIND_MACRO, BLOCK_MACROS } from '../macros.js';

export const bindingsLibrary: Library = defineLibrary({ name: 'bindings', macros: [BIND_MACRO] });

/** `cel.block`, which only optimizers write. */
export const blockLibrary: Library = defineLibrary({ name: 'block', macros: BLOCK_MACROS });
