"""What every process of the studio has loaded before it starts: imported by the one that they are copies of."""

import archdsl.cost.comparing.blame
import archdsl.cost.comparing.totals
import archdsl.cost.latency.predict
import archdsl.cost.memory.peak
import archdsl.studio.questions
import archdsl.viz.page.data  # noqa: F401
