import { MaskingForm } from './MaskingForm';

/** How the workspace treats what it knows of people. */
export default function PrivacyTab() {
  return <MaskingForm />;
}
