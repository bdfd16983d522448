import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const kTick = 100;
const kQuiet = 400;

/** A question is running: for how long, and the way to stop it. */
export function Waiting({ stop }: { stop: () => void }) {
  const { t } = useTranslation();
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(() => setElapsed(performance.now() - start), kTick);
    return () => clearInterval(timer);
  }, []);
  // Most answers are there before anybody could read this.
  if (elapsed < kQuiet) return null;
  return (
    <div className="row waiting" role="status">
      <span>{t('answer.running', { s: (elapsed / 1000).toFixed(1) })}</span>
      <Button size="small" onClick={stop}>
        {t('answer.stop')}
      </Button>
    </div>
  );
}
