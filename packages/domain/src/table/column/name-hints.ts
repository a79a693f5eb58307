/** What the name of a column says of it. */

/** Spaces and points as `_`, and words of one name such as `OrderId` apart. */
const plain = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .replace(/[\s.:-]+/g, "_")
    .toLowerCase();

const identifiers = /(^|_)(id|uid|uuid|guid|key|index|idx|rowid|rownames|row_?(nr|no|num|number)?|unnamed_0|nr|no)$/;
const codes =
  /(^|_)(code|type|class|label|target|cluster|group|category|species|region|state|zone|dept|department|zip|zipcode|postcode|plz|sex|gender|race|ethnicity|marriage|marital|religion|country|colou?r)$|^(zip|postal|post)_?code/;

/** Whether a name says that a column tells rows apart: id, customer_id, OrderNo. */
export const namesIdentifier = (name: string): boolean => identifiers.test(plain(name));

/** Whether a name says that numbers are codes of a category: zip, region_code. */
export const namesCategory = (name: string): boolean => codes.test(plain(name));
