import { h, say } from './dom.ts';
import { problemText } from './server-calls.ts';

/** Told to the document when somebody has done something. */
export const ACTED = 'acted';

export interface Asked {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it. */
  readonly verb: string;
  readonly fields?: readonly HTMLElement[];
  /** Does it, and says what came of it. */
  readonly act: (reason: string) => Promise<string>;
}

/** Asks for the reason, does it, and says what came of it; a refusal leaves the dialog open. */
export function actDialog({ title, text, verb, fields = [], act }: Asked): void {
  const reason = h('input', { id: 'reason', required: true, maxlength: 200, autocomplete: 'off' });
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const button = h('button', { class: 'act' }, verb);
  const dialog = h('dialog', { 'aria-labelledby': 'act-title', close: () => dialog.remove() });
  const submit = async (): Promise<void> => {
    button.disabled = true;
    wrong.textContent = '';
    try {
      say(await act(reason.value.trim()));
      dialog.close();
      document.dispatchEvent(new Event(ACTED));
    } catch (error) {
      wrong.textContent = problemText(error);
    } finally {
      button.disabled = false;
    }
  };
  const form = h(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    h('h2', { id: 'act-title' }, title),
    h('p', {}, text),
    ...fields,
    h('label', { for: 'reason' }, 'Reason'),
    reason,
    wrong,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', click: () => dialog.close() }, 'Leave it'),
      button,
    ),
  );
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
}
