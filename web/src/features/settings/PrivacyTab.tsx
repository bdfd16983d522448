import { useRight } from '@/shared/session';
import { Erasures } from './Erasures';
import { MaskingForm } from './MaskingForm';
import { PreferencesForm } from './PreferencesForm';
import { RetentionForm } from './RetentionForm';

/** How the workspace treats what it knows of people. */
export default function PrivacyTab() {
  const mayErase = useRight('privacy.erase');
  return (
    <div className="stack">
      <MaskingForm />
      <RetentionForm />
      <PreferencesForm />
      {mayErase ? <Erasures /> : null}
    </div>
  );
}
