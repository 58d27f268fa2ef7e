/** Nothing of a text: any word of it may be personal. That something was written, everybody may know. */
export function maskText(_text: string): string {
  return '•••';
}
