// import.js - draws the faults of a dry run. Knows no form and no server: both lists are on the page.
const L = window.L;
const place = document.getElementById("import-map");
if (place) drawFaults(place);

function drawFaults(element) {
  const faults = JSON.parse(document.getElementById("import-faults").textContent);
  const outlines = JSON.parse(document.getElementById("import-outlines").textContent);
  const map = L.map(element, { attributionControl: false, zoomSnap: 0.5 });
  if (outlines.geometries.length) L.geoJSON(outlines, { style: { color: "#4b5563", weight: 1 }, interactive: false }).addTo(map);
  const byName = new Map();
  const layer = L.geoJSON(faults, {
    style: ({ properties }) => ({ color: properties.blocks ? "#a50f15" : "#7a5a00", weight: 3, fillOpacity: 0.35 }),
    pointToLayer: (_feature, at) => L.circleMarker(at, { radius: 7 }),
    onEachFeature: ({ properties }, drawn) => {
      drawn.bindPopup(asText(properties.sentence));
      byName.set(`${properties.code}|${properties.kind}`, drawn);
    },
  }).addTo(map);
  map.fitBounds(layer.getBounds().pad(0.2), { maxZoom: 16 });
  showFromList(map, byName);
}

function showFromList(map, byName) {
  for (const button of document.querySelectorAll("[data-fault]")) {
    const drawn = byName.get(button.dataset.fault);
    if (!drawn) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      map.fitBounds(drawn.getBounds ? drawn.getBounds().pad(0.5) : drawn.getLatLng().toBounds(500), { maxZoom: 17 });
      drawn.openPopup();
      map.getContainer().scrollIntoView({ block: "nearest" });
    });
  }
}

function asText(sentence) {
  const line = document.createElement("p");
  line.textContent = sentence; // never HTML: codes and names come from somebody's file
  return line;
}
