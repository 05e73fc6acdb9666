// BreakGlass documents read into windows. In a file an emergency must be signed by a key of who opened it; in the cluster the API
// server has said who it was.
import { type ApprovalContext, type People, verifyDocument } from '../exceptions/index.js';
import { isJsonObject, type JsonObject } from '../kubernetes/index.js';
import { checkSchema, type PolicySource, type Problem } from '../policy/index.js';
import { verifyResolution } from './resolution.js';
import { type BreakGlassDocument, breakGlassSchema } from './schema.js';
import {
  type BreakGlassSettings,
  type Opening,
  type Resolution,
  refuseIdentity,
  type Window,
} from './window.js';

export type WindowContext = ApprovalContext & {
  readonly settings: BreakGlassSettings;
  readonly people: People;
};

function openingOf(
  raw: JsonObject,
  { metadata, spec }: BreakGlassDocument,
  origin: 'file' | 'cluster',
  context: WindowContext,
): Opening {
  if (origin === 'cluster' && spec.signature === undefined) return { ok: true, how: 'admission' };
  if (spec.signature === undefined) return { ok: false, message: 'is not signed by who opened it' };
  const approval = verifyDocument(raw, spec.signature, context);
  if (!approval.ok) return { ok: false, message: approval.message };
  if (approval.by !== spec.openedBy)
    return { ok: false, message: `says ${spec.openedBy} opened it, but ${approval.by} signed it` };
  const key = context.ring.find(approval.key ?? '');
  const revoked = context.ring.revocationOf(metadata.name, approval.key);
  if (revoked !== undefined)
    return { ok: false, message: `was revoked by ${revoked.by} (${revoked.reason})` };
  const refusal = refuseIdentity({ username: approval.by, groups: key?.groups ?? [] }, context.settings);
  return refusal === undefined ? { ok: true, how: 'signature' } : { ok: false, message: refusal };
}

/** Resolutions that count: in the cluster admission has seen who wrote them, in a file each is signed. */
function resolutionsOf(
  { metadata, spec }: BreakGlassDocument,
  origin: 'file' | 'cluster',
  context: WindowContext,
): readonly Resolution[] {
  return (spec.reviews ?? []).flatMap(({ item, verdict, by, at, note = '', signature }) => {
    const resolution = { item, verdict, by, at, note };
    if (context.people.same(by, spec.openedBy)) return [];
    if (origin === 'cluster') return [resolution];
    return verifyResolution(signature ?? '', metadata.name, resolution, context) === undefined
      ? [resolution]
      : [];
  });
}

/** A BreakGlass document as a window. Its end is bounded whatever it says. */
export function windowOf(
  raw: JsonObject,
  document: BreakGlassDocument,
  origin: 'file' | 'cluster',
  context: WindowContext,
  place: string,
): Window {
  const { metadata, spec } = document;
  const ends = spec.openedAt + Math.min(spec.duration, context.settings.maxDuration);
  return {
    id: metadata.name,
    reason: spec.reason,
    incident: spec.incident,
    openedBy: spec.openedBy,
    opens: spec.openedAt,
    locks: Math.min(ends, spec.closedAt ?? ends),
    scope: {
      resources: spec.scope.resources ?? [],
      namespaces: spec.scope.namespaces ?? [],
      names: spec.scope.names ?? [],
      selector: undefined,
      images: [],
    },
    opening: openingOf(raw, document, origin, context),
    resolutions: resolutionsOf(document, origin, context),
    source: place,
  };
}

/** Reads the BreakGlass documents among those of files; other kinds are left to whom they belong. */
export function readWindows(
  sources: readonly PolicySource[],
  origin: 'file' | 'cluster',
  context: WindowContext,
): { readonly windows: readonly Window[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const windows = new Map<string, Window>();
  for (const source of sources) {
    if (!isJsonObject(source.value) || source.value.kind !== 'BreakGlass') continue;
    const checked = checkSchema(breakGlassSchema, source);
    if (!checked.ok) {
      problems.push(...checked.problems);
      continue;
    }
    const { line, column } = source.positionOf([]);
    const place = origin === 'cluster' ? 'cluster' : `${source.file}:${line}`;
    const window = windowOf(source.value, checked.value, origin, context, place);
    if (windows.has(window.id)) {
      const message = `there is already an emergency ${window.id}; names are unique`;
      problems.push({
        level: 'error',
        position: { file: source.file, line, column },
        field: 'metadata.name',
        message,
      });
    } else windows.set(window.id, window);
  }
  return { windows: [...windows.values()], problems };
}
