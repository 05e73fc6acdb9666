// The kinds of values settings have, each with the sentence that says what is wrong with a bad one.
import { z } from 'zod';
import { parseSettingDuration } from './kubernetes/index.js';

export const text = z.string().min(1, 'must not be empty');
export const optionalText = text.optional();
export const texts = z.array(text);
export const positive = z.number().int().positive();
export const flag = z.boolean();

/** A length of time, written `10s`, `5m`, `30d`; milliseconds once read. */
export const duration = z.string().transform((value, context) => {
  const parsed = parseSettingDuration(value);
  if (parsed.ok) return parsed.milliseconds;
  context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 10s, 5m or 30d' });
  return z.NEVER;
});

/** Somebody's right: `group:NAME` or `user:NAME`. */
export const rights = z.array(z.string().regex(/^(group|user):./, 'must be group:NAME or user:NAME'));
