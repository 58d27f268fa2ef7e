/** What every form about a customer takes. */
export interface FormProps {
  readonly customerId: string;
  readonly opened: boolean;
  readonly close: () => void;
}
