// Where live objects come from: files and dumps, or a cluster. The sweep sees pages of objects and what could not be read.
import { isTestFile, readFiles, type SourceDocument } from '../../files.js';
import { isJsonObject, type JsonObject } from '../../kubernetes/index.js';
import { formatProblem } from '../../policy/index.js';

/** One object, and where it was read. */
export interface SourceObject {
  readonly object: JsonObject;
  readonly origin: {
    readonly file: string;
    readonly line: number;
    positionOf?(path: readonly (string | number)[]): { readonly line: number; readonly column: number };
  };
}

/** Something that could not be read, so that the sweep is not whole. */
export interface SourceFailure {
  /** A kind of objects, or a file. */
  readonly what: string;
  readonly message: string;
}

/** Objects that were read together; memory holds one page at a time. */
export interface SourcePage {
  readonly objects: readonly SourceObject[];
  readonly failures: readonly SourceFailure[];
}

export interface ObjectSource {
  /** Objects that policies look up while others are judged: namespaces, parameters. Small. */
  context(): Promise<{
    readonly objects: readonly JsonObject[];
    readonly failures: readonly SourceFailure[];
  }>;
  pages(): AsyncGenerator<SourcePage>;
}

const isObject = (value: unknown): value is JsonObject =>
  isJsonObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string';

const PAGE = 500;

/** Only what was read, and not the whole file it was read from, stays in memory. */
const originOf = ({ file, line, positionOf }: SourceDocument): SourceObject['origin'] => ({
  file,
  line,
  positionOf,
});

/** Manifests and dumps. They answer look-ups themselves: every object in them is known. */
export function fileSource(paths: readonly string[]): ObjectSource {
  return {
    async context() {
      const objects: JsonObject[] = [];
      for await (const { documents } of readFiles(paths, { accepts: (file) => !isTestFile(file) }))
        for (const { value } of documents) if (isObject(value)) objects.push(value);
      return { objects, failures: [] }; // what is wrong with the files is said when they are swept
    },
    async *pages() {
      for await (const { documents, problems } of readFiles(paths, {
        accepts: (file) => !isTestFile(file),
      })) {
        const failures = problems
          .filter(({ level }) => level === 'error')
          .map((problem) => ({ what: problem.position.file, message: formatProblem(problem) }));
        const objects = documents.flatMap((document) =>
          isObject(document.value) ? [{ object: document.value, origin: originOf(document) }] : [],
        );
        yield { objects: objects.slice(0, PAGE), failures };
        for (let at = PAGE; at < objects.length; at += PAGE)
          yield { objects: objects.slice(at, at + PAGE), failures: [] };
      }
    },
  };
}
