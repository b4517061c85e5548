import type { ReactNode } from "react";
import type { Labels } from "../../../src/backends/index.ts";
import { Link } from "../app/link.tsx";
import css from "./measures.module.css";

/** A model and who provides it; leads to how it developed. */
export const ModelName = ({ labels: { model = "", provider = "" } }: { readonly labels: Labels }): ReactNode => (
  <span className={css.modelName}>
    <Link to="/models" params={{ model }}>
      {model}
    </Link>
    <span>{provider}</span>
  </span>
);
