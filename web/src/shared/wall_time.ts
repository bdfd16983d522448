// Wall-clock times of a zone ("2011-09-09T01:00:00") and the instants they stand for. Pure.

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** What a clock in the zone shows at an instant. */
export function wallTime(at: string | number, zone: string): string {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(new Date(at))
      .map((one) => [one.type, one.value]),
  );
  const get = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '00';
  const day = `${get('year').padStart(4, '0')}-${get('month')}-${get('day')}`;
  return `${day}T${get('hour')}:${get('minute')}:${get('second')}`;
}

/**
 * The instant at which a clock in the zone shows this. A time that the clock skips in spring gives
 * the instant an hour later; one that it shows twice in autumn gives either.
 */
export function instantOf(wall: string, zone: string): string {
  const wanted = Date.parse(`${wall}Z`);
  let at = wanted;
  // The offset at the guess corrects the guess; a second round settles it beside a change.
  for (let round = 0; round < 2; round += 1) {
    at += wanted - Date.parse(`${wallTime(at, zone)}Z`);
  }
  return new Date(at).toISOString();
}
