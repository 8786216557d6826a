// theme.ts -- the look: quiet water, one warm koi; and the colours of charts.
import type { ThemeConfig } from 'antd'

export const ink = '#17343b'
export const water = '#17596a'
export const koi = '#c8492a'
export const paper = '#f6f5f1'
export const line = '#e4e2da'
export const quiet = '#55636a'

// Told apart with every common colour blindness, and in grey: they differ in lightness too.
export const palette = ['#17596a', '#e07b39', '#7aa6c2', '#8c4a6b', '#d9b44a', '#4f8f6f', '#8d8a80']

/** Marks: a tint and a text that reads well on it. */
export const tones = {
  grey: ['#eeede8', '#4d5b60'],
  teal: ['#dfeeef', '#0d5560'],
  green: ['#e0f0e6', '#24613f'],
  blue: ['#e2eaf7', '#27498f'],
  amber: ['#f7edd3', '#6f4e08'],
  red: ['#f9e3dc', '#97331a'],
  plum: ['#f0e4ef', '#6b3263'],
} as const
export type Tone = keyof typeof tones

/** Four kinds in four hues; the important ones strong, the general ones pale. */
export const typeColours: Record<string, string> = {
  important_value: '#17596a', general_value: '#7fb0ba',
  important_develop: '#3f7f5f', general_develop: '#a3c9b4',
  important_keep: '#c2871a', general_keep: '#e8cd8b',
  important_win_back: '#8c4a6b', general_win_back: '#cda3b8',
}

// One hue from light to dark for amounts: readable without seeing colour.
const heat = ['#f1f5f4', '#dbe8e8', '#bdd6d9', '#97bfc5', '#74abb5', '#37737f', '#235f6d', '#12424f']

/** The colour of a share (0..1) on the heat scale, and the text colour that reads well on it. */
export function heatOf(share: number): { background: string; color: string } {
  const at = share <= 0 ? 0 : Math.min(heat.length - 1, 1 + Math.floor(share * (heat.length - 1.001)))
  return { background: heat[at]!, color: at >= 5 ? '#fff' : ink }
}

const fonts =
  '-apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'

export const theme: ThemeConfig = {
  token: {
    colorPrimary: water,
    colorInfo: water,
    colorLink: water,
    colorSuccess: '#3f7f5f',
    colorWarning: '#b4761a',
    colorError: '#b93a2b',
    colorPrimaryBg: '#e5efef',
    colorSuccessBg: '#e6f2ea',
    colorSuccessBorder: '#bcd9c8',
    colorInfoBg: '#e4eff0',
    colorInfoBorder: '#bcd6d9',
    colorWarningBg: '#faf1da',
    colorWarningBorder: '#e8d3a0',
    colorErrorBg: '#fbeae5',
    colorErrorBorder: '#ecc4b8',
    colorTextBase: ink,
    colorBgLayout: paper,
    colorBorder: '#cfcdc4',
    colorBorderSecondary: line,
    colorTextDescription: quiet,
    colorTextPlaceholder: '#606c71',
    borderRadius: 8,
    fontFamily: fonts,
    fontSize: 14,
    controlHeight: 34,
  },
  components: {
    Layout: { siderBg: '#fff', headerBg: '#fff', headerHeight: 56, headerPadding: '0 16px' },
    Menu: { itemSelectedBg: '#e5efef', itemSelectedColor: water, itemHeight: 33, itemMarginBlock: 2, subMenuItemBg: '#fff', groupTitleFontSize: 12, activeBarBorderWidth: 0 },
    Table: { headerBg: '#f3f2ec', headerColor: '#4d5b60', cellPaddingBlockMD: 10, cellPaddingInlineMD: 16, headerSplitColor: 'transparent', headerBorderRadius: 0, rowHoverBg: '#f5f9f9' },
    Segmented: { itemColor: '#4d5b60' },
    Card: { headerFontSize: 15, headerHeight: 46, bodyPadding: 20, headerPadding: 20 },
  },
}
