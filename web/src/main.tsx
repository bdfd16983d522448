import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { problemOf } from './api/client';
import { App } from './app/App';
import './app/app.css';
import './app/door.css';
import './shared/icons';
import { startLanguage, storedLanguage, type Language } from './i18n';
import { fetchSession, kSessionKey } from './shared/session';

const client: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, staleTime: 30_000 },
  },
  // A session that ended elsewhere shows the sign-in page instead of a page full of errors.
  queryCache: new QueryCache({
    onError: (error, query) => {
      const ended =
        problemOf(error, 0).problem.status === 401 && query.queryKey[0] !== kSessionKey[0];
      if (ended) void client.invalidateQueries({ queryKey: kSessionKey });
    },
  }),
});

function browserLanguage(): Language {
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

async function start(): Promise<void> {
  const root = document.getElementById('root');
  if (!root) return;
  const session = fetchSession().catch(() => null);
  const language = storedLanguage() ?? (await session)?.workspace.language ?? browserLanguage();
  await startLanguage(language, location.pathname !== '/');
  const known = await session;
  if (known) client.setQueryData(kSessionKey, known);
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <BrowserRouter>
        <App />
      </BrowserRouter>
    </QueryClientProvider>,
  );
}

void start();
