// What every answer of the mock is made of.
export interface Answer {
  status: number;
  body?: unknown;
  type?: string;
}
export const ok = (body: unknown): Answer => ({ status: 200, body });
export const problem = (status: number, code: string, detail: string, hint = ''): Answer => ({
  status,
  body: { type: 'about:blank', title: code, status, code, detail, hint, request_id: '01JD3K7T9Q' },
});
