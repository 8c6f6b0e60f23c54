// Comfort on top of pages that already work without any of this. One small module per behaviour; each listens
// on the document and finds its work by data attributes, so parts of a page may be swapped at any time.
import "./theme.js";
import "./menus.js";
import "./times.js";
import "./toast.js";
import "./list.js";
import "./bulk.js";
import "./composer.js";
import "./rich.js";
import "./draft.js";
import "./upload.js";
import "./templates.js";
import "./details.js";
import "./matrix.js";
import "./keys.js";
import "./completes.js";
import "./seen.js";
import "./presence.js";
import "./mentions.js";
import "./notices.js";
import "./live.js";
