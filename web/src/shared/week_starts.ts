/** First days of weeks, as the API calls them; names: settings.monday … */
export const kWeekStarts = ['monday', 'sunday', 'saturday'] as const;
export type WeekStart = (typeof kWeekStarts)[number];
