// A page of two people: whoever comes by a link joins, everybody else may invite.

import "./handfast.js";

const [connect] = document.getElementsByTagName("handfast-connect");
const token = location.hash.slice(1);
// What came behind the address is for this page alone.
if (token !== "") history.replaceState(null, "", location.pathname);
connect.setAttribute("token", token);
