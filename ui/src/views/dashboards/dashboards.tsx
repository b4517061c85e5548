import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Link } from "../../app/link.tsx";
import { hrefTo } from "../../app/url-state.ts";
import { listBoards } from "../../dashboards/board-files.ts";
import { openedBoards, openFile } from "../../dashboards/opened.ts";
import { Asked, Button, Empty, Failure, Page } from "../../parts/parts.tsx";
import css from "./dashboards.module.css";

/** Every dashboard with the questions that it answers, and a way to open one's own. */
export default function Dashboards(): ReactNode {
  const boards = useQuery({ queryKey: ["boards"], queryFn: ({ signal }) => listBoards(signal), staleTime: 60_000 });
  const [failure, setFailure] = useState<unknown>(undefined);
  const [, navigate] = useLocation();
  const picker = useRef<HTMLInputElement>(null);
  const open = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      const { uid } = await openFile(file);
      navigate(hrefTo(`/d/${uid}`));
    } catch (error) {
      setFailure(error);
    }
  };
  return (
    <Page
      title="Dashboards"
      actions={
        <>
          <input
            ref={picker}
            type="file"
            accept=".json,application/json"
            className="visually-hidden"
            aria-label="A Grafana dashboard of your own, as JSON"
            tabIndex={-1}
            onChange={({ target }) => {
              setFailure(undefined);
              void open(target.files?.[0]).finally(() => {
                target.value = "";
              });
            }}
          />
          <Button onClick={() => picker.current?.click()}>Open a Grafana dashboard…</Button>
        </>
      }
    >
      {failure !== undefined && <Failure what="This file cannot be opened." error={failure} />}
      {openedBoards().length > 0 && (
        <ul className={css.boards}>
          {openedBoards().map(({ uid, title, description }) => (
            <Entry
              key={uid}
              uid={uid}
              title={title}
              description={description || "Opened from a file; kept as long as this tab."}
            />
          ))}
        </ul>
      )}
      <Asked answer={boards} what="The list of dashboards could not be read." height={400}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="There are no dashboards">
              The files of grafana/dashboards are not part of this installation.
            </Empty>
          ) : (
            <ul className={css.boards}>
              {all.map((one) => (
                <Entry key={one.uid} {...one} />
              ))}
            </ul>
          )
        }
      </Asked>
    </Page>
  );
}

const Entry = ({
  uid,
  title,
  description,
}: {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
}): ReactNode => (
  <li>
    <Link to={`/d/${uid}`} className={css.board}>
      <h2>{title.replace(/^agent-observatory: /, "")}</h2>
      <p>{description}</p>
    </Link>
  </li>
);
