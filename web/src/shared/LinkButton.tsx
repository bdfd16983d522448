import { Button, type ButtonProps } from 'antd';
import { useHref, useLinkClickHandler } from 'react-router';

type Props = Omit<ButtonProps, 'href' | 'onClick'> & { to: string };

/**
 * A link that looks like a button (and not a button inside a link, which no screen reader can
 * say).
 */
export function LinkButton({ to, ...rest }: Props) {
  const href = useHref(to);
  const follow = useLinkClickHandler<HTMLElement>(to);
  return (
    <Button
      {...rest}
      href={href}
      onClick={(event) => follow(event as Parameters<typeof follow>[0])}
    />
  );
}
