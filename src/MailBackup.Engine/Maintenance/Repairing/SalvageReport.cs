namespace MailBackup.Maintenance.Repairing;

/// <summary>What the salvage of one journal came to, in transactions.</summary>
internal sealed class SalvageReport
{
    /// <summary>Put right from the line itself: its checksum proves the correction.</summary>
    public List<long> Corrected { get; } = [];

    /// <summary>Had again from another copy of the journal.</summary>
    public List<long> Fetched { get; } = [];

    /// <summary>Gone, first and last of each run.</summary>
    public List<(long First, long Last)> Lost { get; } = [];

    /// <summary>Kept although nothing proves them any more: they, or the line before them, were altered.</summary>
    public List<long> Unproved { get; } = [];

    /// <summary>Something was left out, or kept without proof: it is not known to be the journal that was written.</summary>
    public bool GivesUp { get; set; }

    /// <summary>A segment was written anew.</summary>
    public bool Changed { get; set; }

    public long LostCount => Lost.Sum(r => r.Last - r.First + 1);
}
