// What the export of a picture needs beyond the charts on the page; loaded when one is asked for.
import { HeatmapChart } from 'echarts/charts';
import { TitleComponent, VisualMapComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { init } from './echarts';

use([HeatmapChart, TitleComponent, VisualMapComponent, CanvasRenderer]);

export { init };
