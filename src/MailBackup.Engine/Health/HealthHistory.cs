using System.Text.Json;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Health;

/// <summary>
/// The samples of a backup path, one an hour while the service runs: <c>state/health.jsonl</c>. Losing it costs the look back and nothing else.
/// </summary>
internal sealed class HealthHistory(BackupLayout layout)
{
    private const int Kept = 24 * 400;

    private string File => Path.Combine(layout.State, "health.jsonl");

    /// <summary>Oldest first; lines that do not read are passed over.</summary>
    public List<HealthSample> Read()
    {
        var samples = new List<HealthSample>();
        if (System.IO.File.Exists(File))
        {
            foreach (string line in System.IO.File.ReadLines(File))
            {
                try
                {
                    samples.Add(JsonText.Read(line, json => new HealthSample(
                        json.GetProperty("time").GetDateTimeOffset(), json.GetProperty("items").GetInt64(), json.GetProperty("content").GetInt64(),
                        json.GetProperty("stored").GetInt64(), json.GetProperty("free").GetInt64())));
                }
                catch (JsonException)
                {
                    // A torn line: the machine went down while it was written.
                }
            }
        }

        return samples;
    }

    public void Add(HealthSample sample)
    {
        string line = JsonText.Write(json =>
        {
            json.WriteString("time", sample.Time.UtcDateTime);
            json.WriteNumber("items", sample.Items);
            json.WriteNumber("content", sample.ContentBytes);
            json.WriteNumber("stored", sample.StoredBytes);
            json.WriteNumber("free", sample.FreeBytes);
        });
        var lines = System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];
        string[] kept = lines.Length >= Kept ? lines[^(Kept - 1)..] : lines;
        AtomicFile.Write(layout.Files, File, System.Text.Encoding.UTF8.GetBytes(string.Concat(kept.Append(line).Select(l => l + "\n"))), sync: false);
    }

    /// <summary>Bytes a day that the backup has grown by in the last four weeks; null when less than a day is known.</summary>
    public static double? GrowthADay(IReadOnlyList<HealthSample> samples, DateTimeOffset now)
    {
        var lately = samples.Where(s => s.Time > now.AddDays(-28)).ToList();
        return lately.Count >= 2 && lately[^1].Time - lately[0].Time >= TimeSpan.FromDays(1)
            ? (lately[^1].StoredBytes - lately[0].StoredBytes) / (lately[^1].Time - lately[0].Time).TotalDays
            : null;
    }
}
