/** The template cannot be read, or failed on what it was given. The message is Go's, with the template's name and the place. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}
