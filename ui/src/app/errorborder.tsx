/** A part that breaks does not take the rest of the page with it. */

import { Component, type ReactNode } from "react";
import { Failure } from "../kit/page";

interface Props {
  readonly children: ReactNode;
}

interface Held {
  readonly error: unknown;
}

export class ErrorBorder extends Component<Props, Held> {
  override state: Held = { error: null };

  static getDerivedStateFromError(error: unknown): Held {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <Failure error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
