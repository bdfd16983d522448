// The look: one accent, grey text scale, 14 px, no shadows where a line does. Text greys are chosen
// for a contrast of at least 4.5 : 1 on their ground.
import { theme as antTheme, type ThemeConfig } from 'antd';
import type { ThemeName } from '@/shared/theme_choice';

const kFont =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans SC', " +
  "'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

const base = {
  fontFamily: kFont,
  fontSize: 14,
  borderRadius: 4,
  wireframe: false,
};

export const themes: Record<ThemeName, ThemeConfig> = {
  light: {
    algorithm: antTheme.defaultAlgorithm,
    token: {
      ...base,
      colorPrimary: '#12805c',
      colorPrimaryBg: '#e1f0ea',
      colorPrimaryBgHover: '#cde7db',
      // Darker: white text on antd's own lighter ones is hard to read.
      colorPrimaryHover: '#0f6f50',
      colorPrimaryActive: '#0c5a40',
      colorInfo: '#2f6db5',
      colorInfoBg: '#eff5fb',
      colorInfoBorder: '#c3d8ee',
      colorSuccess: '#12805c',
      colorSuccessBg: '#eaf5f0',
      colorSuccessBorder: '#b9dccc',
      colorLink: '#0f6f50',
      colorLinkHover: '#0c5a40',
      colorText: '#1b2421',
      colorTextSecondary: '#4a5753',
      colorTextTertiary: '#5e6b67',
      colorTextQuaternary: '#6d7975',
      colorTextPlaceholder: '#6d7975',
      colorTextDescription: '#5e6b67',
      colorBgLayout: '#ffffff',
      colorBorderSecondary: '#e6eae8',
      colorError: '#c0392b',
      colorErrorHover: '#a93226',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
      Progress: { defaultColor: '#12805c' },
      Segmented: { trackBg: '#edf1ef' },
      Menu: {
        itemBg: 'transparent',
        itemHeight: 34,
        groupTitleColor: '#5e6b67',
        groupTitleFontSize: 12,
        itemSelectedBg: '#e1f0ea',
        itemSelectedColor: '#0c5a40',
      },
      Table: {
        cellPaddingBlock: 8,
        cellPaddingInline: 10,
        headerBg: '#f7f9f8',
        headerColor: '#4a5753',
      },
    },
  },
  dark: {
    algorithm: antTheme.darkAlgorithm,
    token: {
      ...base,
      colorPrimary: '#3fb58a',
      colorPrimaryBg: '#1d3a30',
      colorPrimaryBgHover: '#244a3d',
      colorPrimaryHover: '#5cc9a1',
      colorPrimaryActive: '#7fe0bb',
      colorInfo: '#6ba3e0',
      colorSuccess: '#3fb58a',
      colorLink: '#5cc9a1',
      colorLinkHover: '#7fe0bb',
      colorBgBase: '#101413',
      colorText: '#e4eae8',
      colorTextSecondary: '#b3bdb9',
      colorTextTertiary: '#98a39f',
      colorTextQuaternary: '#8b9692',
      colorTextPlaceholder: '#8b9692',
      colorTextDescription: '#98a39f',
      colorBgLayout: '#101413',
      colorBgContainer: '#151a19',
      colorBgElevated: '#1c2221',
      colorBorderSecondary: '#2a3230',
      colorTextLightSolid: '#0b1411',
      colorError: '#f07f73',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
      Progress: { defaultColor: '#3fb58a' },
      Segmented: { trackBg: '#1c2321', itemSelectedBg: '#33403c' },
      Menu: {
        itemBg: 'transparent',
        itemHeight: 34,
        groupTitleColor: '#98a39f',
        groupTitleFontSize: 12,
        itemSelectedBg: '#1d3a30',
        itemSelectedColor: '#7fe0bb',
      },
      Table: {
        cellPaddingBlock: 8,
        cellPaddingInline: 10,
        headerBg: '#1a201f',
        headerColor: '#b3bdb9',
      },
      Tooltip: { colorTextLightSolid: '#e4eae8' },
    },
  },
};
