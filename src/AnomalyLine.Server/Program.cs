using AnomalyLine.Management.Training;
using AnomalyLine.Server.Hosting;

return args is [TrainerProcess.Argument, var request]
    ? await TrainerHost.RunAsync(request)
    : await ServerProgram.RunAsync(args);
