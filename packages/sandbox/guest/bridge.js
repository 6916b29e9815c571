// A static import: a dynamic one would treat a tool named "then" as a promise and call it.
import * as tools from 'tools.js';

export { tools };
