import { Component, type ReactNode } from 'react';
import { ProblemView } from '@/shared/ProblemView';

interface Props {
  children: ReactNode;
}
interface State {
  error: unknown;
}

/** A page that fails to draw (or to load its script) shows the problem; the shell stays. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };
  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }
  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <ProblemView error={this.state.error} retry={() => window.location.reload()} />;
  }
}
