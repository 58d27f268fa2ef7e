/** What customers are interested in, and what products are for. */
export type Category = 'Coffee' | 'Office' | 'Mobility' | 'Service';

/** The languages in which customers write. */
export type Language = 'en' | 'de' | 'fr';

/** Something that we sell. */
export interface SeedProduct {
  readonly name: string;
  /** What customers call it. */
  readonly spoken: Readonly<Record<Language, string>>;
  readonly category: Category;
  readonly cents: number;
  /** How often it is bought, beside the others of its category. */
  readonly weight: number;
  /** Years of warranty, 0 for what is used up. */
  readonly warranty: number;
}

function product(
  [name, de, fr]: readonly [string, string, string],
  category: Category,
  cents: number,
  weight: number,
  warranty: number,
): SeedProduct {
  const first = name.charAt(0).toLowerCase() + name.slice(1);
  return { name, spoken: { en: first, de, fr }, category, cents, weight, warranty };
}

export const PRODUCTS: readonly SeedProduct[] = [
  product(['Espresso machine Aria', 'Espressomaschine Aria', 'machine à espresso Aria'], 'Coffee', 64_900, 2, 2),
  product(['Grinder Mola', 'Kaffeemühle Mola', 'moulin Mola'], 'Coffee', 18_900, 3, 2),
  product(['Coffee beans, 1 kg', 'Kaffeebohnen, 1 kg', 'café en grains, 1 kg'], 'Coffee', 2_450, 14, 0),
  product(['Cleaning set', 'Reinigungsset', 'kit de nettoyage'], 'Coffee', 1_990, 5, 0),
  product(['Standing desk Nord', 'Stehtisch Nord', 'bureau assis-debout Nord'], 'Office', 54_900, 3, 2),
  product(['Office chair Linea', 'Bürostuhl Linea', 'fauteuil de bureau Linea'], 'Office', 38_900, 4, 2),
  product(['Desk lamp Lume', 'Schreibtischlampe Lume', 'lampe de bureau Lume'], 'Office', 8_900, 5, 0),
  product(['Noise-cancelling headset', 'Headset', 'casque antibruit'], 'Office', 21_900, 4, 2),
  product(['City bicycle Brisa', 'Stadtrad Brisa', 'vélo de ville Brisa'], 'Mobility', 89_900, 3, 2),
  product(['Electric bicycle Volta', 'E-Bike Volta', 'vélo électrique Volta'], 'Mobility', 259_900, 2, 2),
  product(['Bicycle helmet', 'Fahrradhelm', 'casque de vélo'], 'Mobility', 6_990, 6, 0),
  product(['Yearly maintenance', 'Jahreswartung', 'entretien annuel'], 'Service', 12_900, 3, 0),
  product(['Extended warranty', 'Garantieverlängerung', 'extension de garantie'], 'Service', 9_900, 2, 0),
];

/** The numbers of the products of each category, each as often as it is bought. */
const BY_CATEGORY: Readonly<Record<Category, readonly number[]>> = {
  Coffee: numbersOf('Coffee'),
  Office: numbersOf('Office'),
  Mobility: numbersOf('Mobility'),
  Service: numbersOf('Service'),
};

const ALL = Object.values(BY_CATEGORY).flat();

function numbersOf(category: Category): number[] {
  return PRODUCTS.flatMap((one, number) => (one.category === category ? Array<number>(one.weight).fill(number) : []));
}

/** The numbers of products to choose from, each as often as it is bought; all of them without a category. */
export function productNumbers(category: Category | null): readonly number[] {
  return category === null ? ALL : BY_CATEGORY[category];
}

/** The product with this number. */
export function productAt(number: number): SeedProduct {
  const found = PRODUCTS[number];
  if (found === undefined) throw new Error(`there is no product ${number}`);
  return found;
}
