// chart_look.ts -- how tooltips of charts look; apart from the chart library, so that pages do not fetch it for this.
import { ink, line } from '~/app/theme'

export const tooltip = { backgroundColor: '#fff', borderColor: line, textStyle: { color: ink, fontSize: 13 }, confine: true }
