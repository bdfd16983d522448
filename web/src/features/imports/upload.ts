// Uploading streams the file as it is; XMLHttpRequest, because fetch does not tell how much has
// left.
import { problemOf, tokenHeader } from '@/api/client';
import type { Import } from '@/api/types';

export type Kind = Import['kind'];
export const kKinds: readonly Kind[] = [
  'orders',
  'customers',
  'events',
  'contracts',
  'products',
  'consents',
];

function answerOf(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText) as unknown;
  } catch {
    return undefined;
  }
}

/** Sends the file; `progress` hears the share (0–1) sent. Rejects with a ProblemError. */
export function uploadImport(
  file: File,
  kind: Kind,
  progress: (share: number) => void,
): Promise<Import> {
  const query = new URLSearchParams({ kind, name: file.name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1/imports?${query.toString()}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(tokenHeader()))
      request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(problemOf(undefined, 0));
    request.onload = () => {
      const answer = answerOf(request);
      if (request.status >= 200 && request.status < 300) resolve(answer as Import);
      else reject(problemOf(answer, request.status));
    };
    request.send(file);
  });
}
