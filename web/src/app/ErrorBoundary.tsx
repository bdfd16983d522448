import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHead } from '@/shared/PageHead';
import { ProblemView } from '@/shared/ProblemView';

interface Props {
  children: ReactNode;
}
interface State {
  error: unknown;
}

function Broken({ error }: State) {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('empty.broken')} />
      <ProblemView error={error} retry={() => window.location.reload()} />
    </>
  );
}

/** A page that fails to draw (or to load its script) shows the problem; the shell stays. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };
  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }
  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Broken error={this.state.error} />;
  }
}
