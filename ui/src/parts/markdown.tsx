import { Fragment, type ReactNode, useMemo } from "react";
import { Link } from "../app/link.tsx";
import css from "./markdown.module.css";
import { type Block, type Inline, parseMarkdown } from "./markdown-blocks.ts";

export type MarkdownProps = {
  readonly text: string;
  /** Draws a block of code in another way; undefined for the usual one. */
  readonly showCode?: (code: { readonly language: string; readonly text: string }) => ReactNode | undefined;
  /** What code within a line says instead, and where a word like an alert's name leads. */
  readonly rewrite?: (code: string) => string;
  readonly linkOf?: (word: string) => string | undefined;
  /** The level of its first heading in the outline of the page. */
  readonly level?: 2 | 3;
  /** Left out where the page has the title already. */
  readonly withoutTitle?: boolean;
};

const byIndex = (nodes: readonly ReactNode[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text has no other names for its parts, and they do not move.
  nodes.map((node, index) => <Fragment key={index}>{node}</Fragment>);

function showInline(inline: Inline, props: MarkdownProps): ReactNode {
  switch (inline.kind) {
    case "text":
      return showText(inline.text, props);
    case "code":
      return showCode(props.rewrite?.(inline.text) ?? inline.text, props);
    case "strong":
      return <strong>{showInlines(inline.inlines, props)}</strong>;
    case "emphasis":
      return <em>{showInlines(inline.inlines, props)}</em>;
    case "link":
      return showLink(inline.href, showInlines(inline.inlines, props));
  }
}
const showInlines = (inlines: readonly Inline[], props: MarkdownProps): ReactNode =>
  byIndex(inlines.map((inline) => showInline(inline, props)));

const NAME = /\b([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b/;

const linked = (to: string, body: string): ReactNode => <Link to={to}>{body}</Link>;

function showText(text: string, { linkOf }: MarkdownProps): ReactNode {
  if (linkOf === undefined || !NAME.test(text)) return text;
  return byIndex(
    text.split(NAME).map((part, index) => {
      const to = index % 2 === 1 ? linkOf(part) : undefined;
      return to === undefined ? part : linked(to, part);
    }),
  );
}

function showCode(code: string, { linkOf }: MarkdownProps): ReactNode {
  const to = /^\/d\/[\w-]+$/.test(code) ? code : linkOf?.(code);
  if (to === undefined) return <code className={css.code}>{code}</code>;
  return (
    <Link to={to}>
      <code>{code}</code>
    </Link>
  );
}

/** A runbook that names another leads to that alert; a path leads to a view; anything else to where it says. */
function showLink(href: string, body: ReactNode): ReactNode {
  const [, runbook] = /^(?:\.\/|\/user\/runbooks\/)?([A-Z]\w+)\.md$/.exec(href) ?? [];
  if (runbook !== undefined) return <Link to={`/alert/${runbook}`}>{body}</Link>;
  if (href.startsWith("/")) return <Link to={href}>{body}</Link>;
  if (!/^https?:/i.test(href)) return body;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {body}
    </a>
  );
}

function showBlock(block: Block, props: MarkdownProps): ReactNode {
  switch (block.kind) {
    case "heading": {
      const Heading = `h${Math.min(6, Math.max(2, block.level + (props.level ?? 2) - 1))}` as "h2";
      return <Heading>{showInlines(block.inlines, props)}</Heading>;
    }
    case "paragraph":
      return <p>{showInlines(block.inlines, props)}</p>;
    case "quote":
      return <blockquote>{showInlines(block.inlines, props)}</blockquote>;
    case "rule":
      return <hr />;
    case "code":
      return (
        props.showCode?.(block) ?? (
          <pre className={css.block}>
            <code>{block.text}</code>
          </pre>
        )
      );
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: said above.
            <li key={index}>{showInlines(item, props)}</li>
          ))}
        </List>
      );
    }
    case "table":
      return (
        <div className={css.table}>
          <table>
            <thead>
              <Row cells={block.head} Cell="th" props={props} />
            </thead>
            <tbody>{byIndex(block.rows.map((row) => Row({ cells: row, Cell: "td", props })))}</tbody>
          </table>
        </div>
      );
  }
}

type RowProps = {
  readonly cells: readonly (readonly Inline[])[];
  readonly Cell: "th" | "td";
  readonly props: MarkdownProps;
};
const Row = ({ cells, Cell, props }: RowProps): ReactNode => (
  <tr>
    {cells.map((cell, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: said above.
      <Cell key={index}>{showInlines(cell, props)}</Cell>
    ))}
  </tr>
);

/** Markdown as elements: what it cannot draw is text, and nothing of it is HTML. */
export function Markdown(props: MarkdownProps): ReactNode {
  const { text, withoutTitle = false } = props;
  const blocks = useMemo(() => {
    const all = parseMarkdown(text);
    return withoutTitle && all[0]?.kind === "heading" && all[0].level === 1 ? all.slice(1) : all;
  }, [text, withoutTitle]);
  return <div className={css.markdown}>{byIndex(blocks.map((block) => showBlock(block, props)))}</div>;
}
