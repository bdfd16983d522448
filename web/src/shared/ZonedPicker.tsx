import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { ClearIcon } from './ClearIcon';
import { useWorkspace } from './session';
import { instantOf, wallTime } from './wall_time';

interface Props {
  value?: string | null | undefined;
  onChange?: (at: string | null) => void;
  placeholder: string;
  id?: string;
}

/** Chooses an instant by the clock of the workspace's zone, wherever the browser stands. */
export function ZonedPicker({ value, onChange, placeholder, id }: Props) {
  const { zone } = useWorkspace();
  return (
    <DatePicker
      {...(id === undefined ? {} : { id })}
      showTime
      allowClear={{ clearIcon: <ClearIcon /> }}
      placeholder={placeholder}
      style={{ width: 240 }}
      value={value ? dayjs(wallTime(value, zone)) : null}
      onChange={(chosen) =>
        onChange?.(chosen ? instantOf(chosen.format('YYYY-MM-DDTHH:mm:ss'), zone) : null)
      }
    />
  );
}
