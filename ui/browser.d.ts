/* What Dash, its components and Plotly put onto the page, as far as our own code uses it; only the type checker reads it. */

interface NoUpdate {
  readonly description: string;
}

/** A component: a name, or the parts of a pattern. */
type ComponentId = string | Record<string, string>;

interface CallbackContext {
  triggered: { prop_id: string; value: unknown }[];
  inputs_list: any[];
  outputs_list: { id: any }[];
}

/** What the server made once (ui/designs.py); it stands before the other scripts. */
declare const designs: {
  card: unknown;
  panel: unknown;
  compare: unknown;
  colours: Record<string, Record<string, string>>;
  metrics: Record<string, Record<string, any>>;
  charts: Record<string, Record<string, any>>;
};

interface DashClientside {
  no_update: NoUpdate;
  set_props(id: ComponentId, props: object): void;
  callback_context: CallbackContext;
}

interface PlotlyFigure {
  data: object[];
  layout: Record<string, any>;
}

interface PlotlyGraph extends HTMLElement, PlotlyFigure {
  on(event: "plotly_click", call: (data: ClickData) => void): void;
}

interface PlotlyLibrary {
  Icons: Record<string, object>;
  newPlot(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  update(node: HTMLElement, traces: object, layout: object): Promise<unknown>;
  purge(node: HTMLElement): void;
  react(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  downloadImage(figure: PlotlyFigure & { config: object }, options: object): Promise<string>;
}

interface TableCell {
  value?: string | null;
  data?: { url?: string | null } | null;
}

/** What a table can be asked to do. */
interface TableApi {
  purgeInfiniteCache(): void;
  getColumnState(): { colId: string; sort?: "asc" | "desc" | null }[];
  applyColumnState(state: { state: object[]; defaultState?: object }): void;
  setColumnsVisible(names: string[], visible: boolean): void;
  autoSizeColumns(names: string[]): void;
}

interface Window {
  dash_clientside: DashClientside;
  dash_mantine_components?: { Tooltip?: { dashChildrenUpdate?: boolean } };
  dash_ag_grid: { getApiAsync(id: string): Promise<TableApi> };
  dashAgGridComponentFunctions?: Record<string, (props: TableCell) => unknown>;
  /** There once the first chart has been drawn. */
  Plotly?: PlotlyLibrary;
}

declare const React: {
  createElement(type: string, props: object | null, ...children: unknown[]): unknown;
};
