import { Fragment, type ReactNode, useMemo } from "react";
import { Link } from "../app/link.tsx";
import css from "./markdown.module.css";
import { type Block, type Inline, parseMarkdown } from "./markdown-blocks.ts";

export type MarkdownProps = {
  readonly text: string;
  /** Draws a block of code in another way; undefined for the usual one. */
  readonly showCode?: (code: { readonly language: string; readonly text: string }) => ReactNode | undefined;
  /** The level of its first heading in the outline of the page. */
  readonly level?: 2 | 3;
  /** Left out where the page has the title already. */
  readonly withoutTitle?: boolean;
};

const byIndex = (nodes: readonly ReactNode[]): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text has no other names for its parts, and they do not move.
  nodes.map((node, index) => <Fragment key={index}>{node}</Fragment>);

function showInline(inline: Inline): ReactNode {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "code":
      return /^\/d\/[\w-]+$/.test(inline.text) ? (
        <Link to={inline.text}>
          <code>{inline.text}</code>
        </Link>
      ) : (
        <code className={css.code}>{inline.text}</code>
      );
    case "strong":
      return <strong>{showInlines(inline.inlines)}</strong>;
    case "emphasis":
      return <em>{showInlines(inline.inlines)}</em>;
    case "link":
      return showLink(inline.href, showInlines(inline.inlines));
  }
}
const showInlines = (inlines: readonly Inline[]): ReactNode => byIndex(inlines.map(showInline));

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
      return <Heading>{showInlines(block.inlines)}</Heading>;
    }
    case "paragraph":
      return <p>{showInlines(block.inlines)}</p>;
    case "quote":
      return <blockquote>{showInlines(block.inlines)}</blockquote>;
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
            <li key={index}>{showInlines(item)}</li>
          ))}
        </List>
      );
    }
    case "table":
      return (
        <div className={css.table}>
          <table>
            <thead>
              <Row cells={block.head} Cell="th" />
            </thead>
            <tbody>{byIndex(block.rows.map((row) => Row({ cells: row, Cell: "td" })))}</tbody>
          </table>
        </div>
      );
  }
}

const Row = ({
  cells,
  Cell,
}: {
  readonly cells: readonly (readonly Inline[])[];
  readonly Cell: "th" | "td";
}): ReactNode => (
  <tr>
    {cells.map((cell, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: said above.
      <Cell key={index}>{showInlines(cell)}</Cell>
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
